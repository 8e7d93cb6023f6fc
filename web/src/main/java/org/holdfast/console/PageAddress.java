package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The address of the page that is shown, to come back to after a switch of language or theme. */
@Named("page")
@RequestScoped
public class PageAddress {

    @Inject
    private HttpServletRequest request;

    /** Within the application, as the value of a parameter. */
    public String getEncoded() {
        String query = request.getQueryString();
        return URLEncoder.encode(request.getServletPath() + (query == null ? "" : "?" + query), StandardCharsets.UTF_8);
    }
}
