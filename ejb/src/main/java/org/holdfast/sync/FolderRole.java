package org.holdfast.sync;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.mailbox.FoundFolder;

/** What a folder is for (RFC 6154): as the server says, else as its name says in one of many languages. */
enum FolderRole {
    SENT(
            "\\Sent",
            "sent",
            "sent items",
            "sent mail",
            "sent messages",
            "gesendet",
            "gesendete elemente",
            "gesendete objekte",
            "envoyés",
            "éléments envoyés",
            "messages envoyés",
            "enviados",
            "elementos enviados",
            "inviata",
            "posta inviata",
            "verzonden",
            "verzonden items",
            "skickat",
            "wysłane",
            "отправленные",
            "thư đã gửi",
            "已发送",
            "已傳送",
            "送信済み"),
    DRAFTS(
            "\\Drafts",
            "drafts",
            "draft",
            "entwürfe",
            "brouillons",
            "borradores",
            "rascunhos",
            "bozze",
            "concepten",
            "utkast",
            "szkice",
            "черновики",
            "thư nháp",
            "nháp",
            "草稿",
            "下書き"),
    TRASH(
            "\\Trash",
            "trash",
            "deleted",
            "deleted items",
            "deleted messages",
            "bin",
            "papierkorb",
            "gelöschte elemente",
            "corbeille",
            "éléments supprimés",
            "papelera",
            "elementos eliminados",
            "lixeira",
            "cestino",
            "prullenbak",
            "papperskorgen",
            "kosz",
            "корзина",
            "thùng rác",
            "已删除",
            "垃圾桶",
            "ゴミ箱"),
    JUNK(
            "\\Junk",
            "junk",
            "spam",
            "junk e-mail",
            "junk email",
            "bulk mail",
            "junk-e-mail",
            "courrier indésirable",
            "correo no deseado",
            "posta indesiderata",
            "ongewenste e-mail",
            "skräppost",
            "спам",
            "thư rác",
            "垃圾邮件",
            "迷惑メール"),
    ARCHIVE("\\Archive", "archive", "archives", "archiv", "archivo", "archivio", "archief", "arkiv", "lưu trữ");

    private final String use;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of
    private final Set<String> names;

    FolderRole(String use, String... names) {
        this.use = use;
        this.names = Set.of(names);
    }

    /**
     * Roles by wire name. Where the server names one twice, the first folder has it; a name counts only where the
     * server names none.
     */
    static Map<String, Given> of(Collection<FoundFolder> folders) {
        Map<String, Given> roles = new HashMap<>();
        Set<String> taken = folders.stream()
                .map(FoundFolder::specialUse)
                .filter(use -> use != null)
                .collect(Collectors.toSet());
        Set<String> given = new HashSet<>();
        for (FoundFolder folder : folders) {
            if (folder.specialUse() != null && given.add(folder.specialUse())) {
                roles.put(folder.wireName(), new Given(folder.specialUse(), "SERVER"));
            }
        }
        List<FoundFolder> nearRootFirst = folders.stream()
                .sorted(Comparator.comparing(folder -> folder.name().length()))
                .toList();
        for (FoundFolder folder : nearRootFirst) {
            byName(folder)
                    .filter(role -> !taken.contains(role.use) && !roles.containsKey(folder.wireName()))
                    .filter(role -> given.add(role.use))
                    .ifPresent(role -> roles.put(folder.wireName(), new Given(role.use, "NAME")));
        }
        return roles;
    }

    /** By the last level of the name. */
    private static Optional<FolderRole> byName(FoundFolder folder) {
        String name = folder.name();
        String separator = folder.separator();
        String last = separator == null || separator.isEmpty()
                ? name
                : name.substring(name.lastIndexOf(separator) + separator.length());
        String plain = last.toLowerCase(Locale.ROOT).strip();
        return List.of(values()).stream()
                .filter(role -> role.names.contains(plain))
                .findFirst();
    }

    /**
     * A role and who gave it.
     *
     * @param use attribute of RFC 6154
     * @param by SERVER, NAME or OWNER
     */
    record Given(String use, String by) {

        static Given of(ResultSet row) throws SQLException {
            String use = row.getString("special_use");
            return use == null ? null : new Given(use, row.getString("special_use_by"));
        }
    }
}
