"""Parts of a page that both Spaces share; the only part of `shared` that may import Gradio."""
