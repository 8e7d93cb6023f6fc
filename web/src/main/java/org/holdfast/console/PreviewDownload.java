package org.holdfast.console;

import jakarta.faces.context.ExternalContext;
import jakarta.faces.context.FacesContext;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.holdfast.retention.PreviewCsv;
import org.holdfast.retention.PreviewMailbox;
import org.holdfast.retention.StoredPreviews;

/** Answers the present request with the mailboxes of a preview as a file. */
final class PreviewDownload {

    private static final int PAGE = 2_000;

    private PreviewDownload() {}

    static void send(StoredPreviews previews, long id) throws IOException {
        FacesContext faces = FacesContext.getCurrentInstance();
        ExternalContext external = faces.getExternalContext();
        external.responseReset();
        external.setResponseContentType("text/csv;charset=UTF-8");
        external.setResponseHeader("Cache-Control", "no-store");
        external.setResponseHeader("Content-Disposition", "attachment; filename=\"preview-" + id + ".csv\"");
        OutputStream out = external.getResponseOutputStream();
        out.write(PreviewCsv.head().getBytes(StandardCharsets.UTF_8));
        List<PreviewMailbox> page = previews.mailboxes(id, 0, PAGE);
        while (!page.isEmpty()) {
            for (PreviewMailbox row : page) {
                out.write(PreviewCsv.line(row).getBytes(StandardCharsets.UTF_8));
            }
            page = previews.mailboxes(id, page.get(page.size() - 1).mailboxId(), PAGE);
        }
        faces.responseComplete();
    }
}
