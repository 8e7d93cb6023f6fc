/** Which copies are due, and the runs that remove them. */
package org.holdfast.retention;
