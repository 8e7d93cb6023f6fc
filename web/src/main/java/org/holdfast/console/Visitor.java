package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import org.holdfast.account.Role;
import org.holdfast.security.CurrentCaller;

/** Who is signed in, and what their role lets a page show. */
@Named
@RequestScoped
public class Visitor {

    @Inject
    private HttpServletRequest request;

    @Inject
    private CurrentCaller caller;

    private String name;

    public boolean isSignedIn() {
        return request.getUserPrincipal() != null;
    }

    /** The mail address; asks the database once a request. */
    public String getName() {
        if (name == null) {
            name = caller.get().name();
        }
        return name;
    }

    public Role getRole() {
        for (Role role : Role.values()) {
            if (request.isUserInRole(role.name())) {
                return role;
            }
        }
        return null;
    }

    /** Whether buttons that change something are there at all. */
    public boolean isAdministrator() {
        return request.isUserInRole(Role.ADMINISTRATOR_NAME);
    }

    /** Whether pages about the whole installation are there. */
    public boolean isOperator() {
        return isAdministrator() || request.isUserInRole(Role.AUDITOR_NAME);
    }
}
