/** Work that one node at a time does, shared by rows in the database. */
package org.holdfast.lease;
