/** Tells receivers of events: subscriptions, signed deliveries, retries and replay (standardwebhooks.com). */
package org.holdfast.webhook;
