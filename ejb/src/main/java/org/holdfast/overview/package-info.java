/** What an installation, or one account, looks like right now, in figures. */
package org.holdfast.overview;
