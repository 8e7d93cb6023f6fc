package org.holdfast.run.demo;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Writes one message as text in which each character stands for one byte. */
final class Mime {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final List<String> SUBJECTS = List.of(
            "Offer for the warehouse",
            "B\u00e1o gi\u00e1 thi\u1ebft b\u1ecb v\u0103n ph\u00f2ng",
            "Angebot f\u00fcr die \u00dcbergabe",
            "\u898b\u7a4d\u66f8\u306e\u4ef6",
            "\u041f\u0440\u0435\u0434\u043b\u043e\u0436\u0435\u043d\u0438\u0435 \u043f\u043e \u0434\u043e\u0433\u043e\u0432\u043e\u0440\u0443",
            "H\u1ee3p \u0111\u1ed3ng s\u1ed1 17 \u0111\u00e3 k\u00fd",
            "\u0639\u0631\u0636 \u0627\u0644\u0623\u0633\u0639\u0627\u0631",
            "Rendez-vous d\u2019\u00e9t\u00e9",
            "\ud83d\udce6 Your parcel is on its way",
            "Re: Re: Fwd: minutes of the meeting");
    private static final List<String> TEXTS = List.of(
            "Please find our offer below. It is valid for thirty days.",
            "K\u00ednh g\u1eedi Qu\u00fd c\u00f4ng ty, ch\u00fang t\u00f4i xin g\u1eedi b\u1ea3ng b\u00e1o gi\u00e1 \u0111\u00ednh k\u00e8m.",
            "Die Unterlagen f\u00fcr n\u00e4chste Woche sind vollst\u00e4ndig.",
            "\u3054\u78ba\u8a8d\u306e\u307b\u3069\u3088\u308d\u3057\u304f\u304a\u9858\u3044\u3057\u307e\u3059\u3002",
            "\u0414\u043e\u0433\u043e\u0432\u043e\u0440 \u0432\u043e \u0432\u043b\u043e\u0436\u0435\u043d\u0438\u0438.");

    private final String address;
    private final int number;
    private final Instant received;
    private final String text;

    Mime(String address, int number, Instant received) {
        this.address = address;
        this.number = number;
        this.received = received;
        this.text = TEXTS.get(number % TEXTS.size());
    }

    /** One of 24 forms; every fourth round of them differs in language only. */
    String message() {
        return switch (number % 24) {
            case 0 -> head() + type("text/plain; charset=us-ascii") + "\r\nThe order is confirmed.\r\n";
            case 1 -> head() + type("text/plain; charset=utf-8") + encoding("base64") + "\r\n" + base64(utf8(text));
            case 2 -> head() + type("text/plain; charset=utf-8") + encoding("quoted-printable") + "\r\n" + quoted(text);
            case 3 -> head() + type("text/plain; charset=utf-8") + encoding("8bit") + "\r\n" + bytes(text) + "\r\n";
            case 4 -> head() + alternative();
            case 5 ->
                attachment(
                        "text/csv",
                        "figures.csv",
                        "month,amount\r\n2019-01,17\r\n".getBytes(StandardCharsets.US_ASCII));
            case 6 -> attachment("application/pdf", "offer.pdf", random(3_000));
            case 7 -> attachment("image/png", "=?utf-8?B?" + b64(utf8("\u1ea3nh ch\u1ee5p.png")) + "?=", random(9_000));
            case 8 -> attachment("application/zip", "all.zip", random(250_000));
            case 9 ->
                head() + type("text/plain; charset=iso-2022-jp") + "\r\n"
                        + latin("\u898b\u7a4d\u66f8\u3092\u9001\u308a\u307e\u3059\u3002"
                                .getBytes(Charset.forName("ISO-2022-JP")))
                        + "\r\n";
            case 10 ->
                head() + type("text/plain; charset=windows-1258") + encoding("8bit") + "\r\n"
                        + latin("G\u1eedi anh b\u00e1o gi\u00e1 m\u1edbi".getBytes(Charset.forName("windows-1258")))
                        + "\r\n";
            case 11 ->
                head() + type("text/plain; charset=koi8-r") + encoding("8bit") + "\r\n"
                        + latin(TEXTS.get(4).getBytes(Charset.forName("KOI8-R"))) + "\r\n";
            case 12 -> forwarded();
            case 13 -> invitation();
            case 14 -> report();
            case 15 ->
                head() + type("text/html; charset=utf-8") + encoding("quoted-printable") + "\r\n"
                        + "<p style=3D\"color:#333\">" + quoted(text)
                        + "</p><img src=3D\"https://tracker.example/p.gif\">\r\n";
            case 16 ->
                head() + type("text/plain; charset=utf-8; format=flowed; delsp=yes") + encoding("8bit")
                        + "List-Id: <news.example>\r\nPrecedence: list\r\n\r\n" + bytes(text) + " \r\n" + bytes(text)
                        + "\r\n";
            case 17 -> signed();
            case 18 ->
                head() + "X-Long: " + "folded \r\n ".repeat(40) + "end\r\n" + type("text/plain")
                        + "\r\nLong header.\r\n";
            case 19 ->
                head() + type("multipart/mixed; boundary=never-closed")
                        + "\r\n--never-closed\r\nContent-Type: text/plain\r\n\r\nNo end.\r\n";
            case 20 ->
                head() + type("text/plain; charset=no-such-charset") + encoding("base64")
                        + "\r\n!!! not base64 !!!\r\n";
            case 21 ->
                "Subject: " + bytes("Th\u01b0 kh\u00f4ng m\u00e3 h\u00f3a") + "\r\n" + id()
                        + "Date: yesterday\r\n\r\nRaw 8-bit subject, no From, no real date.\r\n";
            case 22 ->
                id()
                        + "From: <>\r\nTo: undisclosed-recipients:;\r\nSubject:\r\nContent-Transfer-Encoding: rot13\r\n\r\n";
            default ->
                head() + type("text/plain; charset=utf-8") + encoding("8bit") + "\r\n" + "x".repeat(1_500)
                        + "\r\n.\r\n..\r\nFrom here on\r\n";
        };
    }

    private String head() {
        return "Received: from mx.example by " + host() + "; " + DATE.format(received) + "\r\n"
                + "From: =?utf-8?B?" + b64(utf8("Kh\u00e1ch h\u00e0ng " + number)) + "?= <customer-" + number
                + "@partner.example>\r\n"
                + "To: " + address + "\r\nSubject: " + subject() + "\r\nDate: " + date() + "\r\n" + id()
                + "MIME-Version: 1.0\r\n";
    }

    /** Most are honest; the retention clock must not follow those that are not. */
    private String date() {
        return switch (number % 17) {
            case 5 -> "Thu, 01 Jan 1970 00:00:00 +0000";
            case 11 -> "Sun, 31 Dec 2099 23:59:59 +0700";
            default -> DATE.format(received.minusSeconds(40));
        };
    }

    private String subject() {
        String subject = SUBJECTS.get(number % SUBJECTS.size());
        return subject.chars().allMatch(c -> c < 128) ? subject : "=?utf-8?B?" + b64(utf8(subject)) + "?=";
    }

    private String id() {
        return "Message-ID: <" + number + "." + received.getEpochSecond() + "@" + host() + ">\r\n";
    }

    private String host() {
        return address.substring(address.indexOf('@') + 1);
    }

    private String alternative() {
        return type("multipart/alternative; boundary=\"=_a b\"") + "\r\nThis is MIME.\r\n"
                + part("=_a b", type("text/plain; charset=utf-8") + encoding("base64") + "\r\n" + base64(utf8(text)))
                + part(
                        "=_a b",
                        type("text/html; charset=utf-8") + encoding("base64") + "\r\n"
                                + base64(utf8("<b>" + text + "</b>")))
                + "--=_a b--\r\n";
    }

    private String attachment(String type, String name, byte[] content) {
        return head() + type("multipart/mixed; boundary=mixed") + "\r\n"
                + part(
                        "mixed",
                        type("text/plain; charset=utf-8") + encoding("quoted-printable") + "\r\n" + quoted(text))
                + part(
                        "mixed",
                        type(type) + encoding("base64") + "Content-Disposition: attachment; filename=\"" + name
                                + "\"\r\n\r\n" + base64(content))
                + "--mixed--\r\n";
    }

    private String forwarded() {
        return head() + type("multipart/mixed; boundary=outer") + "\r\n"
                + part("outer", type("text/plain") + "\r\nSee below.\r\n")
                + part("outer", type("message/rfc822") + "\r\n" + head() + alternative())
                + "--outer--\r\n";
    }

    private String invitation() {
        return head() + type("text/calendar; method=REQUEST; charset=utf-8")
                + "\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\n" + "BEGIN:VEVENT\r\nUID:" + number + "@"
                + host() + "\r\nDTSTART:20190501T080000Z\r\nSUMMARY:Review\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    }

    private String report() {
        return head() + type("multipart/report; report-type=delivery-status; boundary=dsn") + "\r\n"
                + part("dsn", type("text/plain") + "\r\nYour message could not be delivered.\r\n")
                + part(
                        "dsn",
                        type("message/delivery-status") + "\r\nReporting-MTA: dns; mx.example\r\n\r\n"
                                + "Final-Recipient: rfc822; gone@partner.example\r\nAction: failed\r\nStatus: 5.1.1\r\n")
                + "--dsn--\r\n";
    }

    private String signed() {
        return head()
                + type("multipart/signed; micalg=pgp-sha256; protocol=\"application/pgp-signature\"; boundary=sig")
                + "\r\n"
                + part("sig", type("text/plain; charset=utf-8") + encoding("quoted-printable") + "\r\n" + quoted(text))
                + part(
                        "sig",
                        type("application/pgp-signature; name=signature.asc")
                                + "\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n" + b64(random(48))
                                + "\r\n-----END PGP SIGNATURE-----\r\n")
                + "--sig--\r\n";
    }

    private static String part(String boundary, String content) {
        return "--" + boundary + "\r\n" + content + "\r\n";
    }

    private static String type(String value) {
        return "Content-Type: " + value + "\r\n";
    }

    private static String encoding(String value) {
        return "Content-Transfer-Encoding: " + value + "\r\n";
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private static String bytes(String value) {
        return latin(utf8(value));
    }

    private static String latin(byte[] value) {
        return new String(value, StandardCharsets.ISO_8859_1);
    }

    private static String b64(byte[] value) {
        return Base64.getEncoder().encodeToString(value);
    }

    private static String base64(byte[] value) {
        return Base64.getMimeEncoder().encodeToString(value) + "\r\n";
    }

    private static String quoted(String value) {
        StringBuilder quoted = new StringBuilder();
        int column = 0;
        for (byte octet : utf8(value)) {
            String next = octet >= 32 && octet < 127 && octet != '='
                    ? Character.toString(octet)
                    : String.format(Locale.ROOT, "=%02X", octet & 0xFF);
            if (column + next.length() > 72) {
                quoted.append("=\r\n");
                column = 0;
            }
            quoted.append(next);
            column += next.length();
        }
        return quoted.append("\r\n").toString();
    }

    /** The same bytes in each run. */
    private byte[] random(int length) {
        byte[] content = new byte[length];
        new Random(number).nextBytes(content);
        return content;
    }
}
