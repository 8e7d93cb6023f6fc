/** The due rule as SQL, and previews of what a purge would remove. */
package org.holdfast.retention;
