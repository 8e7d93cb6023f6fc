package org.holdfast.api;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.holdfast.command.UserCommand;
import org.holdfast.sending.Sending;

/** What goes on after the answer: 202 with where to follow it. */
final class Accepted {

    private Accepted() {}

    static Response command(UriInfo uri, UserCommand command) {
        return Response.accepted(CommandView.of(command))
                .location(uri.getBaseUriBuilder()
                        .path("commands")
                        .path(Id.of(command.id()))
                        .build())
                .build();
    }

    static Response sending(UriInfo uri, Sending sending) {
        return Response.accepted(SendingView.of(sending))
                .location(uri.getBaseUriBuilder()
                        .path("sendings")
                        .path(Id.of(sending.id()))
                        .build())
                .build();
    }
}
