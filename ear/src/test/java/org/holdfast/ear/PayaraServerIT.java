package org.holdfast.ear;

import org.holdfast.run.server.SmokeContract;

/** The EAR on the full Payara Server. */
class PayaraServerIT extends SmokeContract {}
