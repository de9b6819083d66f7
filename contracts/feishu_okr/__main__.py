"""`python -m feishu_okr` posts, reads and deletes progress records."""

from feishu_okr.client.cli import main

if __name__ == "__main__":
    main()
