/** The packaged application on a real server, shared by the integration tests of a module. */
package org.holdfast.run.server;
