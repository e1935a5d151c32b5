/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the data files lie: schemas, profiles. */
#ifndef OVF_BASE_DATA_H
#define OVF_BASE_DATA_H

/* The absolute path of a file of the schemas folder ("profiles/esxi-7.0"),
 * allocated.  A program in its build tree uses the tree's folder, any other
 * the installed one; whether the file is there is the caller's business. */
char *data_path (const char *name);

#endif
