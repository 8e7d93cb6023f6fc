package org.holdfast.lease;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.holdfast.setting.Setting;

/** What this node calls itself in leases. */
public final class NodeName {

    private NodeName() {}

    /** The setting, or the host's name and the process id. */
    public static String get() {
        return Setting.NODE
                .value()
                .orElseGet(() -> host() + "-" + ProcessHandle.current().pid());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
