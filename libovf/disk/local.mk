libovf_disk_sources = \
	libovf/disk/disk.h \
	$(libovf_disk_engine_sources) \
	$(libovf_disk_writer_sources) \
	$(libovf_disk_qemu_sources) \
	$(NULL)

libovf_disk_qemu_sources = \
	libovf/disk/qemu.h \
	libovf/disk/qemu-check.c \
	libovf/disk/qemu-image.c \
	libovf/disk/qemu-nbd.c \
	libovf/disk/qemu-scratch.c \
	libovf/disk/qemu-sink.c \
	libovf/disk/qemu-source.c \
	libovf/disk/qemu-vmdk.c \
	$(NULL)

libovf_disk_engine_sources = \
	libovf/disk/bits.c libovf/disk/bits.h \
	libovf/disk/copy.c \
	libovf/disk/headers.c libovf/disk/headers.h \
	libovf/disk/inflate.c libovf/disk/inspect.c \
	libovf/disk/piece.c \
	libovf/disk/placed.c libovf/disk/placed.h \
	libovf/disk/qcow2.c \
	libovf/disk/qcow2-write.c libovf/disk/qcow2-write.h \
	libovf/disk/raw.c \
	libovf/disk/table.c \
	libovf/disk/vhdx.c libovf/disk/vhdx.h \
	libovf/disk/vmdk.h \
	libovf/disk/vmdk-check.c \
	libovf/disk/vmdk-descriptor.c \
	libovf/disk/vmdk-read.c \
	libovf/disk/vmdk-stream.c \
	libovf/disk/vmdk-tables.c \
	libovf/disk/witness.c libovf/disk/witness.h \
	$(NULL)

libovf_disk_writer_sources = \
	libovf/disk/qcow2.h libovf/disk/qcow2-header.c \
	libovf/disk/qcow2-read.c \
	libovf/disk/vmdk-front.c libovf/disk/vmdk-sparse.c \
	libovf/disk/vmdk-write.c libovf/disk/vmdk-write.h \
	$(NULL)
