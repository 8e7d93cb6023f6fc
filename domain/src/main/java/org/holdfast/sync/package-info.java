/** The protocol's numbers as types (RFC 3501, RFC 7162). */
package org.holdfast.sync;
