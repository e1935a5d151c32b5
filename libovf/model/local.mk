libovf_model_sources = \
	libovf/model/hwmap.def \
	libovf/model/maps.c libovf/model/maps.h \
	libovf/model/model.c libovf/model/model.h \
	libovf/model/model-check.c \
	libovf/model/model-json.c \
	libovf/model/model-select.c \
	libovf/model/ostypes.def \
	libovf/model/text-fields.c libovf/model/text-fields.h \
	$(NULL)
