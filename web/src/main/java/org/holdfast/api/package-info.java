/** The REST API: resources, their read models as records, and the manners they share (docs/adr/0005). */
package org.holdfast.api;
