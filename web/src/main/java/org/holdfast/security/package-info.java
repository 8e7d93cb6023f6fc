/** What the web server adds to every answer. */
package org.holdfast.security;
