/** Work that goes on after a request was answered: in steps, with progress, to be cancelled, on any node. */
package org.holdfast.work;
