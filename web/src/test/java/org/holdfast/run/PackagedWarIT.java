package org.holdfast.run;

import org.holdfast.run.server.SmokeContract;

/** The WAR on Payara Micro. */
class PackagedWarIT extends SmokeContract {}
