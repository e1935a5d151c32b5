# schemas
nobase_dist_pkgdata_DATA += \
	schemas/README.md \
	schemas/ovftool-json-1.schema.json \
	$(NULL)
