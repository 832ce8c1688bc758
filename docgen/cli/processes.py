"""Processes that stay: the service, a worker, the demo."""

from pathlib import Path

import click

from docgen.cli.telling import told


@click.command()
def worker() -> None:
    """Render, seal and sweep until told to stop; SIGTERM finishes what was begun."""
    from docgen import telemetry
    from docgen import worker as process
    from docgen.bootstrap.works import working
    from docgen.settings import Settings

    telemetry.configure()
    with told():
        settings = Settings()
        with working(settings) as workplace:
            works, every = workplace.works, settings.work.sweep_every
            process.run(workplace.consumer, works.sweep, works.tell, sweep_every=every)


@click.command()
def serve() -> None:
    """Answer HTTP until told to stop; SIGTERM finishes the requests that are begun."""
    from docgen import serve as process
    from docgen.settings import Settings

    with told():
        process.serve(Settings())


@click.command("demo")
@click.option("--once", is_flag=True, help="run one visit and stop")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="where the sealed PDFs of --once are left",
)
def demo_command(output: Path, *, once: bool) -> None:
    """Run the whole service with everything embedded; with --once, one visit and no service."""
    from docgen import demo
    from docgen.demo import service

    with told():
        if once:
            demo.one_visit(output, tell=click.echo)
        else:
            service.run(demo.choose_demo(), tell=click.echo)
