/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices of a build file, between spec-hardware.c and spec-drives.c. */
#ifndef SPEC_DEVICE_H
#define SPEC_DEVICE_H

#include "model/maps.h"
#include "spec.h"

enum type {
  TYPE_CPUS, TYPE_MEMORY, TYPE_SCSI, TYPE_SATA, TYPE_IDE, TYPE_NVME, TYPE_USB,
  TYPE_USB3, TYPE_CD, TYPE_FLOPPY, TYPE_DISK, TYPE_NIC, TYPE_VIDEO, TYPE_VMCI,
  TYPE_SOUND, TYPE_SERIAL, TYPE_COUNT
};
/* The bus of controllers; for other devices the ResourceType and
 * ResourceSubType of the Item that stands for them, and which of the Items
 * that a descriptor keeps whole it is (ovf-format.h). */
struct device_type {
  const char *word;
  enum bus bus;
  const char *sub_type, *kind;
  unsigned resource;
};
extern const struct device_type device_types[TYPE_COUNT];

/* A key of `hardware` with a `type`. */
struct device {
  char *type, *subtype, *parent, *unit, *number, *size, *cores_per_socket;
  char *disk_image, *raw_image, *disk_capacity, *disk_id, *file_id, *units;
  char *sector_size, *image, *network, *mac;
  enum tristate connected;
  yaml_node_t *configuration, *config;
};

/* The state of reading the section. */
struct hardware_in {
  struct spec *s;
  yaml_node_t *map;
  const char **ids;   /* [controller]: its key in the file, or NULL */
  unsigned instances; /* InstanceIDs given: settings of a device find it so */
};

char *device_id_next (struct hardware_in *);
struct controller *device_controller (struct hardware_in *, enum bus, const char *word);
/* `config` of a device into extras "item-config ID KEY". */
bool device_config (struct spec *, yaml_node_t *config, const char *id,
                    struct ovf_error **err);
bool device_drive (struct hardware_in *, const yaml_node_t *, enum drive_kind,
                   const struct device *, struct ovf_error **err);
/* spec-devices.c */
char *device_model (enum hw_class, const char *word);
bool device_nic (struct hardware_in *, const yaml_node_t *, const struct device *,
                 struct ovf_error **err);
/* What the model knows in summary only: USB, video, sound, ports, ... */
bool device_other (struct hardware_in *, const char *name, enum type,
                   const struct device *, struct ovf_error **err);

#endif
