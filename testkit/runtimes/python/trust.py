"""TLS contexts of steps trust the mock server's authority beside whatever else they load."""

import ssl


def install(ca_file):
    """Some clients carry their own bundle and ignore the variables that name one; they all load it through a context."""
    if not ca_file:
        return
    real_load = ssl.SSLContext.load_verify_locations

    def also(method):
        def loading(self, *args, **kwargs):
            real_load(self, cafile=ca_file)
            return method(self, *args, **kwargs)

        return loading

    for name in ("load_verify_locations", "load_default_certs", "set_default_verify_paths"):
        setattr(ssl.SSLContext, name, also(getattr(ssl.SSLContext, name)))
