/** The main job on real servers, told step by step and checked from outside. */
package org.holdfast.run.demo;
