# schemas
nobase_dist_pkgdata_DATA += \
	schemas/README.md \
	schemas/catalog.xml \
	schemas/cim-bootconfig.xsd \
	schemas/cim-bootsource.xsd \
	schemas/cim-common.xsd \
	schemas/cim-epasd.xsd \
	schemas/cim-rasd.xsd \
	schemas/cim-sasd.xsd \
	schemas/cim-vssd.xsd \
	schemas/ovf-envelope-1.xsd \
	schemas/ovf-envelope-2.xsd \
	schemas/ovf-environment-1.xsd \
	schemas/xenc.xsd \
	schemas/xenc11.xsd \
	schemas/xml.xsd \
	schemas/xmldsig.xsd \
	schemas/ovftool-json-1.schema.json \
	$(NULL)
