/** The retention-purge job and the runs that it makes. */
package org.holdfast.retention;
