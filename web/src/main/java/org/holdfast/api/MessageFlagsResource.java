package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.holdfast.command.UserCommands;
import org.holdfast.message.Flags;
import org.holdfast.security.TokenScope;

/** Flags and keywords of a copy and its original. */
@Path("messages/{id: [0-9]{1,18}}/flags")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAIL)
@Produces(MediaType.APPLICATION_JSON)
public class MessageFlagsResource {

    /** What to set and what to take off, such as {@code \Seen} or a keyword; what is not named stays. */
    public record FlagsChange(Optional<List<String>> add, Optional<List<String>> remove) {}

    @Inject
    private UserCommands commands;

    @Context
    private UriInfo uri;

    /** Changes flags; the copy shows it at once, the provider is told soon. */
    @PATCH
    @KeepsKey
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = CommandView.class)
    public Response change(@PathParam("id") long id, FlagsChange change, @HeaderParam(Idempotency.HEADER) String key) {
        Flags add = flags("add", change.add().orElse(List.of()));
        Flags remove = flags("remove", change.remove().orElse(List.of()));
        if ((add.bits() & remove.bits()) != 0 || add.keywords().stream().anyMatch(remove.keywords()::contains)) {
            throw InvalidRequest.of("remove", "has a flag that is in add too");
        }
        return Accepted.command(
                uri, commands.changeFlags(id, now -> applied(now, add, remove), KeptKey.of(key, "flags", id, change)));
    }

    private static Flags applied(Flags now, Flags add, Flags remove) {
        Set<String> words = new TreeSet<>(now.keywords());
        words.addAll(add.keywords());
        words.removeAll(remove.keywords());
        return new Flags((now.bits() | add.bits()) & ~remove.bits(), List.copyOf(words));
    }

    private static Flags flags(String member, List<String> names) {
        Flags flags = Flags.ofNames(names);
        int known = Integer.bitCount(flags.bits()) + flags.keywords().size();
        if (known != Set.copyOf(names).size()
                || !flags.keywords().stream().allMatch(org.holdfast.message.FlagChange::isKeyword)) {
            throw InvalidRequest.of(
                    member,
                    "has \\Seen, \\Answered, \\Flagged, \\Deleted, \\Draft or keywords of ASCII letters and digits");
        }
        return flags;
    }
}
