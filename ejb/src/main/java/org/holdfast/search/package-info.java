/** Conversations, and full-text search in what the caller may read. */
package org.holdfast.search;
