/** Plans, their dated terms, subscriptions, and the answer to what an account may do at an instant. */
package org.holdfast.plan;
