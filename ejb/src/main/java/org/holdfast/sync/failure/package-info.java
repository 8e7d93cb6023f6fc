/** What can go wrong between Holdfast and a mail provider, by cause, and whether to try again. */
package org.holdfast.sync.failure;
