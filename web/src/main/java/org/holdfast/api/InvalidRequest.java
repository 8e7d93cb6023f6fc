package org.holdfast.api;

import java.util.List;

/** A request that makes no sense whoever sends it: 400, with everything that is wrong named at once. */
public class InvalidRequest extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final transient List<FieldError> errors;

    public InvalidRequest(String code, String message, List<FieldError> errors) {
        super(message);
        this.code = code;
        this.errors = List.copyOf(errors);
    }

    /** One query parameter or member that cannot be used. */
    public static InvalidRequest of(String field, String message) {
        return new InvalidRequest("invalid-request", field + ": " + message, List.of(new FieldError(field, message)));
    }

    public String code() {
        return code;
    }

    public List<FieldError> errors() {
        return errors;
    }
}
