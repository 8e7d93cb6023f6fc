package org.holdfast.ledger;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.time.DateTimeException;
import java.time.Instant;
import org.holdfast.refusal.Refusal;

/** A certificate as a file: one JSON object. */
public final class CertificateFile {

    /** What the file is; the first line of what is signed. */
    public static final String FORMAT = "holdfast-certificate-1";

    private CertificateFile() {}

    public static String write(Certificate certificate) {
        return Json.createObjectBuilder()
                .add("format", FORMAT)
                .add("issuedAt", certificate.issuedAt().toString())
                .add("issuedBy", certificate.issuedBy())
                .add("sealNumber", certificate.sealNumber())
                .add("seal", certificate.seal())
                .add("runId", Long.toString(certificate.runId()))
                .add("entries", certificate.entries())
                .add("copies", certificate.copies())
                .add("bytes", certificate.bytes())
                .add("publicKey", certificate.publicKey())
                .add("signature", certificate.signature())
                .build()
                .toString();
    }

    /** Reads one; refused with {@code certificate-unreadable} if it is none. Whether it is genuine is another question. */
    public static Certificate read(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            JsonObject json = reader.readObject();
            if (!FORMAT.equals(json.getString("format", null))) {
                throw unreadable(null);
            }
            return new Certificate(
                    Instant.parse(json.getString("issuedAt")),
                    json.getString("issuedBy"),
                    json.getJsonNumber("sealNumber").longValueExact(),
                    json.getString("seal"),
                    Long.parseLong(json.getString("runId")),
                    json.getJsonNumber("entries").longValueExact(),
                    json.getJsonNumber("copies").longValueExact(),
                    json.getJsonNumber("bytes").longValueExact(),
                    json.getString("publicKey"),
                    json.getString("signature"));
        } catch (JsonException
                | DateTimeException
                | NullPointerException
                | ClassCastException
                | ArithmeticException
                | NumberFormatException e) {
            throw unreadable(e);
        }
    }

    private static Refusal unreadable(Exception cause) {
        return new Refusal(
                Refusal.Kind.INVALID,
                "certificate-unreadable",
                "This is no certificate of a ledger: give the whole text of a file that was exported here",
                cause);
    }
}
