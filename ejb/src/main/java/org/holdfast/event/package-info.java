/** What happened, recorded in the transaction that made it happen: the outbox that webhooks are sent from. */
package org.holdfast.event;
