/** The durable queue of what people ask of their providers. */
package org.holdfast.command;
