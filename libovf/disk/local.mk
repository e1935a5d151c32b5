libovf_disk_sources = \
	libovf/disk/disk.h \
	$(libovf_disk_engine_sources) \
	$(libovf_disk_writer_sources) \
	$(NULL)

libovf_disk_engine_sources = \
	libovf/disk/copy.c \
	libovf/disk/piece.c \
	libovf/disk/raw.c \
	libovf/disk/table.c \
	$(NULL)

libovf_disk_writer_sources = \
	libovf/disk/vmdk-write.c libovf/disk/vmdk-write.h \
	$(NULL)
