package org.holdfast.work;

import jakarta.json.JsonObject;

/**
 * Where work stands after a step.
 *
 * @param result what came of all steps so far
 */
public record WorkStep(long cursor, long done, JsonObject result, boolean last) {}
