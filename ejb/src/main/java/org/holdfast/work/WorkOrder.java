package org.holdfast.work;

import jakarta.json.JsonObject;
import java.util.Optional;

/** Long work that somebody asks for. */
public record WorkOrder(String kind, Optional<Long> accountId, long userId, String by, JsonObject parameters) {}
