package org.holdfast.api;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;

/** Version 1 of the API; the server finds the resources and providers of this package. */
@ApplicationPath("/api/v1")
public class Api extends Application {

    /** What OpenAPI describes is not described a second time by Jersey; other servers ignore this. */
    @Override
    public Map<String, Object> getProperties() {
        return Map.of("jersey.config.server.wadl.disableWadl", true);
    }
}
