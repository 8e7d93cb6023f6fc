package org.holdfast.run;

import jakarta.json.JsonObject;

/** An answer of the REST API other than success, with its problem document. */
public final class ApiRefusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final transient JsonObject problem;

    ApiRefusal(String request, int status, JsonObject problem) {
        super(request + " was answered " + status + ": " + problem);
        this.status = status;
        this.problem = problem;
    }

    public int status() {
        return status;
    }

    /** The stable code of a refusal; empty if the problem has none. */
    public String code() {
        return problem.getString("code", "");
    }

    /** The sentence for people; empty if the problem has none. */
    public String detail() {
        return problem.getString("detail", "");
    }
}
