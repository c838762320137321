/* The shape of a text: what stays when addresses, identifiers, times and counts are taken out. Two outputs of the same
 * command have the same shape, whoever is connected. */
#ifndef TESTS_SHAPE_H
#define TESTS_SHAPE_H

#include "core/base/out.h"

/* Writes the shape of text:
 *   addresses            <ip>          203.0.113.1
 *   hexadecimal numbers  <hex>         0xA8C54EC8, a8c54ec8 (eight digits or more, with a letter and a digit)
 *   month and day names  <date>        Nov, Thu
 *   numbers              <n>           15, 4.5
 * What aligned a masked word (more than one blank beside it) counts as two blanks; blanks at line ends stay. */
void shape_mask(struct str text, struct out *shape);

#endif
