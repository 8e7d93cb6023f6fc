/** The console: page beans and what their views need to speak to a person. */
package org.holdfast.console;
