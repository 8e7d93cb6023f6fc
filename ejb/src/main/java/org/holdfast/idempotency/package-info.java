/** Requests of the API that are sent twice and done once (the Idempotency-Key header). */
package org.holdfast.idempotency;
