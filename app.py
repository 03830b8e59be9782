"""Starts the studio: `python app.py`, then open http://127.0.0.1:7860. Settings: settings.py and the
README.
"""

import settings
from studio.serve import launch

if __name__ == "__main__":
    launch(settings.read())
