package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.json.Json;
import jakarta.json.JsonReader;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The description of this API (OpenAPI), made from these classes. */
@Path("openapi.json")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class OpenApiResource {

    /** Where the build puts what it scanned on the class path. */
    static final String DOCUMENT = "/org/holdfast/api/openapi.json";

    @GET
    public byte[] document() {
        return Completed.DOCUMENT.clone();
    }

    /** Made once, when first asked for. */
    private static final class Completed {

        static final byte[] DOCUMENT = read();

        private static byte[] read() {
            try (InputStream document = OpenApiResource.class.getResourceAsStream(OpenApiResource.DOCUMENT)) {
                if (document == null) {
                    throw new IllegalStateException("The build did not make " + OpenApiResource.DOCUMENT);
                }
                try (JsonReader reader = Json.createReader(document)) {
                    return OpenApiDocument.complete(reader.readObject())
                            .toString()
                            .getBytes(StandardCharsets.UTF_8);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("The API's description cannot be read", e);
            }
        }
    }
}
