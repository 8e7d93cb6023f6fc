/** What holds a copy fast: its bindings to CRM records and tasks. */
package org.holdfast.binding;
