libovf_disk_sources = \
	libovf/disk/disk.h \
	$(libovf_disk_engine_sources) \
	$(libovf_disk_writer_sources) \
	$(NULL)

libovf_disk_engine_sources = \
	$(NULL)

libovf_disk_writer_sources = \
	$(NULL)
