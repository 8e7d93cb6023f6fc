#!/bin/sh
# The CRM's side of Holdfast in curl. Answers are printed as the API sends them (JSON).
#
#   export HOLDFAST=https://mail.example.org/holdfast   # where Holdfast is
#   export HOLDFAST_TOKEN=hf_...                        # a token with the scopes read, bind and administer
#   export HOLDFAST_ACCOUNT=17                          # the account's id
#
#   crm.sh record KIND REFERENCE TITLE [ADDRESS]      tell of a record, or of its change
#   crm.sh messages [CURSOR]                          messages of the account, newest first
#   crm.sh bind MESSAGE KIND REFERENCE                keep a message for ever, for that record
#   crm.sh unbind MESSAGE KIND REFERENCE              let it go again, after the release grace
#   crm.sh why MESSAGE                                why it is here and when it goes
#   crm.sh webhook URL                                have what is bound told to a URL; shows the secret once
#   crm.sh verify SECRET ID TIMESTAMP SIGNATURE <FILE check what came in at the URL; the three are the headers
#                                                     webhook-id, webhook-timestamp, webhook-signature
set -eu

# The token goes in by standard input, so that no list of processes shows it.
call() { # METHOD PATH [BODY]
  printf 'header = "Authorization: Bearer %s"\n' "$HOLDFAST_TOKEN" |
    curl --config - --silent --show-error --fail-with-body --request "$1" ${3+--header 'Content-Type: application/json' --data "$3"} \
      "$HOLDFAST/api/v1/$2"
  echo
}

# A text as JSON; line breaks become blanks.
text() {
  printf '"%s"' "$(printf '%s' "$1" | tr '\n\r\t' '   ' | sed 's/[\\"]/\\&/g')"
}

# A text as a part of a path, in which a slash stays a slash.
part() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g; s/%2f/\//g'
}

usage() {
  sed -n 's/^#   crm.sh/crm.sh/p' "$0" >&2
  exit 2
}

case "${1:-} $#" in
  "record 4" | "record 5")
    addresses=${5+"$(text "$5")"}
    call POST "accounts/$HOLDFAST_ACCOUNT/records" \
      "{\"items\":[{\"kind\":$(text "$2"),\"reference\":$(text "$3"),\"title\":$(text "$4"),\"addresses\":[${addresses-}]}]}"
    ;;
  "messages 1") call GET "messages?account=$HOLDFAST_ACCOUNT" ;;
  "messages 2") call GET "messages?account=$HOLDFAST_ACCOUNT&cursor=$(part "$2")" ;;
  "bind 4") call POST "messages/$2/bindings" "{\"kind\":$(text "$3"),\"reference\":$(text "$4")}" ;;
  "unbind 4") call DELETE "messages/$2/bindings/$3/$(part "$4")" ;;
  "why 2") call GET "messages/$2/fate" ;;
  "webhook 2")
    call POST webhooks \
      "{\"accountId\":\"$HOLDFAST_ACCOUNT\",\"url\":$(text "$2"),\"eventTypes\":[\"message.bound\",\"message.gone\"]}"
    ;;
  "verify 5")
    now=$(date +%s)
    if [ "$4" -lt $((now - 300)) ] || [ "$4" -gt $((now + 300)) ]; then
      echo "sent more than five minutes ago: not taken" >&2
      exit 1
    fi
    key=$(printf '%s' "${2#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
    expected=$({ printf '%s.%s.' "$3" "$4" && cat; } |
      openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
    if [ "$5" != "v1,$expected" ]; then
      echo "not signed by Holdfast: not taken" >&2
      exit 1
    fi
    echo "signed by Holdfast"
    ;;
  *) usage ;;
esac
