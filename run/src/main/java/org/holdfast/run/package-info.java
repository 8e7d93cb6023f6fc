/** Starts what Holdfast needs on one machine: database, mail provider, application server. */
package org.holdfast.run;
